package desk

func (d *Desk) coursePageRoutes() []Route { return nil }
