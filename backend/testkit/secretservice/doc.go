// Package secretservice is a D-Bus Secret Service for tests whose failures can be chosen, on a session bus of its own.
package secretservice
