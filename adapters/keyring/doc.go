// Package keyring holds the server's secrets: what licence keys are digested
// with to be found again, and sealed with to be shown again. A copy of the
// database without them shows no key.
//
// A keyring is a list of secrets, each 32 random bytes with a number. The
// first one digests and seals; all are read, so that a secret can be replaced
// while its rows are being rewritten.
//
// # The text form
//
// A file, or a setting, holds one secret on each line, the preferred one
// first: its number, a blank, and its bytes in base64 (RFC 4648, section 4).
// Where a line cannot be broken a comma does. Lines that are empty or begin
// with # say nothing.
//
//	# keep a copy of this file away from the database
//	2 sKbi2xJ7pVuV3dM8ksE0qpxIu1ulXb4uZ0n2b1TgG5I=
//	1 b3gk0Cs4SwVnnHJ4WmM1yQf3o2H5aHc0Yq5qzvPz9rQ=
//
// # Decisions
//
// One secret serves all purposes; what is used is derived from it, one subkey
// for each purpose (HKDF with SHA-256, RFC 5869), so that a digest can never
// be mistaken for another. Digests are HMAC-SHA-256. Sealing is
// XChaCha20-Poly1305 with a random nonce in front: its nonces are long enough
// to be drawn for as many rows as there will ever be.
//
// Numbers are chosen by people and kept in every row. Two secrets under one
// number would make both unreadable, so the check value that a database keeps
// ([Keyring.Check]) names each secret that its rows may have been sealed with,
// and every process compares its own with it before it works.
package keyring
