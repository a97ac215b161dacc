package portal

// Check returns Invalid if the change is empty, or cannot be applied to any grant.
func (c UserChange) Check() error {
	switch {
	case c.Active == nil && !c.Moves():
		return InvalidField("active", "Say what to change: active, role, msp_id or client_id.")
	case c.Role != nil && !c.Role.Known():
		return InvalidField("role", "There is no such role.")
	}
	return nil
}

// Moves reports whether the change gives a grant another role or node.
func (c UserChange) Moves() bool { return c.Role != nil || c.MSPID != nil || c.ClientID != nil }

// Target returns the role of a grant after the change, and its MSP or client. A grant that stays at its level keeps its
// node unless the change has another. Invalid has the member that is missing or must not be set.
func (c UserChange) Target(g Grant) (role Role, mspID, clientID string, err error) {
	if role = g.Role; c.Role != nil {
		role = *c.Role
	}
	level := role.Level()
	switch {
	case c.MSPID != nil && level != LevelMSP:
		return "", "", "", InvalidField("msp_id", "The role %s is not held at an MSP.", role)
	case c.ClientID != nil && level != LevelClient:
		return "", "", "", InvalidField("client_id", "The role %s is not held at a client.", role)
	case level == LevelMSP:
		if mspID = nodeOf(c.MSPID, g, level, g.Scope.MSPID); mspID == "" {
			return "", "", "", InvalidField("msp_id", "The role %s is held at an MSP: say at which.", role)
		}
	case level == LevelClient:
		if clientID = nodeOf(c.ClientID, g, level, g.Scope.ClientID); clientID == "" {
			return "", "", "", InvalidField("client_id", "The role %s is held at a client: say at which.", role)
		}
	}
	return role, mspID, clientID, nil
}

func nodeOf(named *string, g Grant, level Level, present string) string {
	switch {
	case named != nil:
		return *named
	case g.Role.Level() == level:
		return present
	}
	return ""
}
