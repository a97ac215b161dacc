// Package connector is the interface between the portal and the connectors of products: how the customers of a
// connection are read, and which errors that can have.
//
// A product's package implements Connector and imports only this package and portal; cmd/portal-api lists the
// connectors, and customersync uses them. A Reader makes one call at a time. Its State, which is saved after each call,
// is all that it needs to continue in another process. A call whose response cannot be used returns a CallError: its
// code is the kind of failure, its detail tells an admin what happened and what to do next.
package connector
