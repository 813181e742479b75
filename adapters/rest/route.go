package rest

import "strings"

// Route returns the pattern of what a path, still escaped, is for, such as
// "/v2/licenses/verify" or "/v2/products/*"; nothing if it is for nothing here. A
// pattern holds nothing that a caller sent.
func Route(path string) string {
	to, _, plain, form := find(path)
	switch {
	case to == nil:
		return ""
	case form == nil:
		return "/v2" + plain
	}
	return "/v2/" + strings.Join(form, "/")
}
