package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// answer is what came back from a call.
type answer struct {
	status int
	header http.Header
	body   []byte
	json   any // the body, if it is JSON
	err    error
}

// call makes an HTTP call as often as it says, at once, and returns all answers.
func (s *stage) call(c step) []answer {
	s.Helper()
	n := ptr(c.Parallel, 1)
	requests := make([]*http.Request, n)
	for i := range requests {
		var err error
		requests[i], err = s.request(c)
		s.must(err)
	}
	answers := make([]answer, n)
	var wg sync.WaitGroup
	for i, r := range requests {
		wg.Go(func() { answers[i] = s.send(r) })
	}
	wg.Wait()
	for _, a := range answers {
		s.must(a.err)
	}
	return answers
}

func (s *stage) send(r *http.Request) (a answer) {
	response, err := s.server.Client().Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer response.Body.Close()
	a.status, a.header = response.StatusCode, response.Header
	if a.body, a.err = io.ReadAll(response.Body); len(a.body) > 0 && strings.Contains(a.header.Get("Content-Type"), "json") {
		a.json, err = parse(a.body)
		if err != nil {
			a.err = fmt.Errorf("the body is no good JSON: %w: %s", err, a.body)
		}
	}
	return a
}

func (s *stage) request(c step) (*http.Request, error) {
	path, err := s.resolver().path(c.Path)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(s.server.URL + path)
	if err != nil {
		return nil, err
	}
	query, err := s.fields(c.Query)
	if err != nil {
		return nil, err
	}
	form, err := s.fields(c.Form)
	if err != nil {
		return nil, err
	}
	token := s.tokens[c.Auth]
	carrier := form
	if c.JSON != nil || c.Method == http.MethodGet || c.Method == http.MethodDelete {
		carrier = query
	}
	if token != "" && c.Auth != "owner-bearer" {
		carrier.add("access_token", token)
	}
	if len(*query) > 0 {
		u.RawQuery = query.encode()
	}
	body, contentType := []byte(form.encode()), "application/x-www-form-urlencoded"
	if c.JSON != nil {
		contentType = "application/json"
		if body, err = s.json(c.JSON); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(s.Context(), string(c.Method), u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if len(body) > 0 || c.Form != nil || c.JSON != nil {
		r.Header.Set("Content-Type", contentType)
	}
	if c.Auth == "owner-bearer" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r, s.headers(r, c.Headers)
}

func (s *stage) headers(r *http.Request, headers object) error {
	for _, m := range headers {
		v, err := s.resolver().sent(m.value)
		if err != nil {
			return err
		}
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("the header %s is no text: %s", m.key, show(v))
		}
		r.Header.Set(m.key, text)
		if strings.EqualFold(m.key, "Host") {
			r.Host = text
		}
	}
	return nil
}

// fields is a form or query in the order of the case. Lists and maps are
// written with brackets.
type fields []struct{ name, value string }

func (f *fields) add(name, value string) {
	*f = append(*f, struct{ name, value string }{name, value})
}

func (f fields) encode() string {
	var b strings.Builder
	for i, e := range f {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(e.name) + "=" + url.QueryEscape(e.value))
	}
	return b.String()
}

func (s *stage) fields(o object) (*fields, error) {
	f := new(fields)
	for _, m := range o {
		v, err := s.resolver().sent(m.value)
		if err != nil {
			return nil, err
		}
		f.flatten(m.key, v)
	}
	return f, nil
}

func (f *fields) flatten(name string, v any) {
	switch v := v.(type) {
	case object:
		for _, m := range v {
			f.flatten(name+"["+m.key+"]", m.value)
		}
	case []any:
		for _, e := range v {
			f.flatten(name+"[]", e)
		}
	case nil:
		f.add(name, "")
	default:
		f.add(name, fmt.Sprint(v))
	}
}

// json returns a JSON body.
func (s *stage) json(o object) ([]byte, error) {
	v, err := s.resolver().sent(o)
	if err != nil {
		return nil, err
	}
	return json.Marshal(plain(v))
}

// plain turns objects into maps.
func plain(v any) any {
	switch v := v.(type) {
	case object:
		m := map[string]any{}
		for _, e := range v {
			m[e.key] = plain(e.value)
		}
		return m
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = plain(e)
		}
		return list
	}
	return v
}
