package portal

// Scope is the part of the tenants' tree a grant reaches: a whole MSSP, one MSP in it, or one client.
// Every identifier below Level is empty; a client's MSPID is empty if it is directly under its MSSP.
type Scope struct {
	Level    Level  `json:"level"`
	MSSPID   string `json:"mssp_id"`
	MSPID    string `json:"msp_id,omitempty"`
	ClientID string `json:"client_id,omitempty"`
}

// Contains reports whether a node of the same or a deeper level is inside s. It compares identifiers only; the database
// checks that mspID belongs to msspID.
func (s Scope) Contains(other Scope) bool {
	if s.MSSPID == "" || s.MSSPID != other.MSSPID {
		return false
	}
	switch s.Level {
	case LevelMSSP:
		return true
	case LevelMSP:
		return s.MSPID != "" && s.MSPID == other.MSPID
	case LevelClient:
		return s.ClientID != "" && s.ClientID == other.ClientID
	}
	return false
}

// Viewer is the verified caller of a request: the user, the session and the grant. It is made only from a verified
// access token.
type Viewer struct {
	UserID    string
	SessionID string
	GrantID   string
	Role      Role
	Scope     Scope
}
