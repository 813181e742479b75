package conceal

import "testing"

func TestStrike(t *testing.T) {
	const secret = "a+b/c?~secret"
	for name, row := range map[string]struct{ text, want string }{
		"as it is":            {"bad: a+b/c?~secret!", "bad: *!"},
		"twice":               {"a+b/c?~secreta+b/c?~secret", "**"},
		"as hex":              {"x612b622f633f7e736563726574x", "x*x"},
		"as hex in capitals":  {"612B622F633F7E736563726574", "*"},
		"as base64":           {"YStiL2M/fnNlY3JldA==", "*"},
		"without its padding": {"YStiL2M/fnNlY3JldA,", "*,"},
		"as base64 for URLs":  {"YStiL2M_fnNlY3JldA==", "*"},
		"in a query":          {"?t=a%2Bb%2Fc%3F~secret&", "?t=*&"},
		"in a path":           {"/a+b%2Fc%3F~secret/", "/*/"},
		"nothing of it":       {"all is well", "all is well"},
	} {
		if got := Strike(row.text, "*", "", secret); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}
