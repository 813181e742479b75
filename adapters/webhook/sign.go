package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/usherhq/usher/ports"
)

// sign sets the headers of Standard Webhooks: of every secret a signature, so that
// a receiver that knows only one of them is served while the secret changes.
func sign(h http.Header, m ports.Message) error {
	stamp := strconv.FormatInt(m.At.Unix(), 10)
	var all []string
	for _, secret := range m.Secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretMark))
		if err != nil {
			return err
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(m.ID + "." + stamp + "."))
		mac.Write(m.Body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h.Set("Webhook-Id", m.ID)
	h.Set("Webhook-Timestamp", stamp)
	h.Set("Webhook-Signature", strings.Join(all, " "))
	return nil
}

// secretMark begins every secret.
const secretMark = "whsec_"
