// Package docform is the county's documents as forms: the protocol, its code lists, the stations and the retention rule, as rows that a
// supervisor can read and change without knowing how they are stored. It is pure: a form is made of a document ([Of]) or of what a
// browser sent ([Read]), and gives a document back ([Form.Document]) or says in words, at the field, why it can not. What is typed is
// kept as it was typed, also when it makes no sense. [Changes] tells two forms apart in the same words.
package docform
