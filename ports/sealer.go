package ports

// Sealer keeps what leaves usher for a while from being read or changed: a
// quote in its id. adapters/keyring is one.
type Sealer interface {
	// Seal returns the text sealed, and the number of the secret that it was
	// sealed with. What is sealed with one aad opens with that alone.
	Seal(aad, plaintext []byte) (sealed []byte, number int)
	// Open returns the text, or an error if it was changed or the secret is gone.
	Open(number int, aad, sealed []byte) ([]byte, error)
}
