// Package ports names what usher's use cases need from the outside.
//
// There are two families. State is a [Store] and the repositories of its [Tx]:
// tests fake it with adapters/memstore, which passes the same suite as the
// databases (test/storetest). Effects reach other systems: a [Charger] moves
// money, and every one passes test/chargertest; a [Community] lets people in, and
// every one passes test/communitytest. Tests of what calls them use package
// portsmock.
//
// The rules that every store keeps are written on its interface here; what is
// written is what test/storetest checks.
package ports
