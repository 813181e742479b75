package rest

// Route returns the pattern of what a path, still escaped, is for, such as
// "/v2/licenses/verify"; nothing if it is for nothing here. A pattern holds nothing
// that a caller sent.
func Route(path string) string {
	p := routePath(path)
	if _, known := routes[p]; !known {
		return ""
	}
	return "/v2" + p
}
