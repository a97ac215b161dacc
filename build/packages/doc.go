// Package packages tests what build/package has signed: signatures, metadata, lists of components, and installation, upgrade
// and removal on Linux and under wine. Its tests have the build tag packages, and run by build/package --verify.
package packages
