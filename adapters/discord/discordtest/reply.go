package discordtest

import (
	"encoding/json"
	"net/http"
	"time"
)

// Reply is an answer to a call.
type Reply struct {
	Status int         // 0: 200
	Body   string      // as it stands
	Header http.Header // Content-Type is JSON unless it says otherwise
	Closed bool        // no answer: the connection ends
	Delay  time.Duration
}

// refusal is the body of Discord's errors.
type refusal struct {
	Message string          `json:"message"`
	Code    int             `json:"code"`
	Errors  json.RawMessage `json:"errors,omitempty"`
}

// What the model refuses with: status, code and text.
var (
	unauthorized      = refuse(401, 0, "401: Unauthorized")
	notFound          = refuse(404, 0, "404: Not Found")
	noNetwork         = refuse(403, 40333, "internal network error")
	unknownGuild      = refuse(404, 10004, "Unknown Guild")
	unknownMember     = refuse(404, 10007, "Unknown Member")
	unknownRole       = refuse(404, 10011, "Unknown Role")
	tooManyGuilds     = refuse(400, 30001, "Maximum number of guilds reached (100)")
	guildFull         = refuse(400, 30019, "Maximum number of server members reached")
	banned            = refuse(403, 40007, "The user is banned from this guild.")
	missingAccess     = refuse(403, 50001, "Missing Access")
	missingPermission = refuse(403, 50013, "Missing Permissions")
	badAccessToken    = refuse(403, 50025, "Invalid OAuth2 access token provided")
	missingScope      = refuse(403, 50026, "Missing required OAuth2 scope")
	needs2FA          = refuse(403, 60003, "Two factor is required for this operation")
	overloaded        = refuse(503, 130000, "API resource is currently overloaded. Try again a little later")
	accountLimited    = refuse(403, 340015, "This account is limited and cannot join servers")
	badForm           = Reply{Status: 400, Body: encode(refusal{"Invalid Form Body", 50035, json.RawMessage(`{}`)})}
)

func refuse(status, code int, message string) Reply {
	return Reply{Status: status, Body: encode(refusal{Message: message, Code: code})}
}

func done() Reply { return Reply{Status: http.StatusNoContent} }

func ok(v any) Reply { return Reply{Status: http.StatusOK, Body: encode(v)} }

// encode writes what always can be.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// with returns the reply with further headers.
func (r Reply) with(h http.Header) Reply {
	r.Header = r.Header.Clone()
	if r.Header == nil {
		r.Header = http.Header{}
	}
	for k, v := range h {
		if r.Header.Get(k) == "" {
			r.Header[k] = v
		}
	}
	return r
}

// send writes the reply, or ends the connection where there is none.
func (d *Discord) send(w http.ResponseWriter, r *http.Request, p Reply) {
	if p.Delay > 0 {
		wait := time.NewTimer(p.Delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
		case <-d.stop:
		}
	}
	if p.Closed {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for k, v := range p.Header {
		h[http.CanonicalHeaderKey(k)] = v
	}
	if h.Get("Content-Type") == "" && p.Body != "" {
		h.Set("Content-Type", "application/json")
	}
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	w.WriteHeader(p.Status)
	w.Write([]byte(p.Body)) // who is gone is gone
}
