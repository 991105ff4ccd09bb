package dc09

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Tokens of messages.
const (
	tokenSIA  = "SIA-DCS"
	tokenCID  = "ADM-CID"
	tokenNull = "NULL"
)

// stampForm is how the standard writes a time, in UTC.
const stampForm = "_15:04:05,01-02-2006"

// Message is one message to a receiver.
type Message struct {
	Token    string // SIA-DCS, ADM-CID or NULL
	Seq      int    // 1 to 9999; 0 for supervision
	Receiver string // 1 to 6 hexadecimal digits, or empty
	Line     string // 1 to 6 hexadecimal digits
	Account  string // 3 to 16 hexadecimal digits
	Data     string // what stands between the brackets, after the account
	At       time.Time
}

// Frame puts m on the wire. With a key it is encrypted by the standard.
func Frame(m Message, key []byte) ([]byte, error) {
	head := fmt.Sprintf(`"%s"%04d%sL%s#%s[`, star(m.Token, key), m.Seq, prefixed("R", m.Receiver), m.Line, m.Account)
	tail := m.content() + "]" + m.At.UTC().Format(stampForm)
	if len(key) > 0 {
		sealed, err := seal(key, "|"+tail)
		if err != nil {
			return nil, err
		}
		tail = sealed
	}
	return wrap(head + tail), nil
}

func (m Message) content() string {
	if m.Data == "" {
		return ""
	}
	return "#" + m.Account + "|" + m.Data
}

func star(token string, key []byte) string {
	if len(key) > 0 {
		return "*" + token
	}
	return token
}

func prefixed(letter, digits string) string {
	if digits == "" {
		return ""
	}
	return letter + digits
}

// wrap adds what stands around a body: line feed, check sum, length, carriage return.
func wrap(body string) []byte {
	return fmt.Appendf(nil, "\n%04X%04X%s\r", crc([]byte(body)), len(body), body)
}

// crc is CRC-16/ARC: polynomial 0x8005 reflected, initial value 0.
func crc(b []byte) uint16 {
	var c uint16
	for _, x := range b {
		c ^= uint16(x)
		for range 8 {
			low := c & 1
			c >>= 1
			if low == 1 {
				c ^= 0xA001
			}
		}
	}
	return c
}

// seal pads in front, as the standard wants it: with random bytes that are no delimiters, up to the first '|'.
func seal(key []byte, text string) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("cannot encrypt message: %w", err)
	}
	pad := (aes.BlockSize - len(text)%aes.BlockSize) % aes.BlockSize
	b := append(padding(pad), text...)
	cipher.NewCBCEncrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(b, b)
	return strings.ToUpper(hex.EncodeToString(b)), nil
}

func padding(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, by its contract
	for i := range b {
		if b[i] == '|' || b[i] == '[' || b[i] == ']' {
			b[i] = 'x'
		}
	}
	return b
}

// open undoes seal, and gives what stands after the first '|'.
func open(key []byte, text string) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("cannot decrypt message: %w", err)
	}
	b, err := hex.DecodeString(text)
	if err != nil || len(b) == 0 || len(b)%aes.BlockSize != 0 {
		return "", ErrReply
	}
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(b, b)
	_, rest, ok := strings.Cut(string(b), "|")
	if !ok {
		return "", ErrReply
	}
	return rest, nil
}
