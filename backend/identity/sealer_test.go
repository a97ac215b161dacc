package identity

import "fs-client-portal/backend/session"

func testSealer() *session.Sealer {
	sealer, err := session.NewSealer(make([]byte, 32))
	if err != nil {
		panic(err)
	}
	return sealer
}
