package web

import (
	"strings"

	"github.com/usherhq/usher/domain"
)

// mends tells a seller what is wrong with a community, and what to do about it.
var mends = map[domain.Cause]string{
	domain.CauseBotMissing:        "The bot is not in the server any more. Press “Connect to Discord” and choose the same server.",
	domain.CauseTokenInvalid:      "Circle does not accept the API token any more. Make a new one at Circle and enter it below.",
	domain.CausePlan:              "The community's plan has no API access. Change the plan at Circle, or enter a token of the older API.",
	domain.CauseSecretUnreadable:  "The API token that is kept here cannot be read any more. Enter it anew below.",
	domain.CauseMissingPermission: "The bot lacks a permission. Press “Connect to Discord”, choose the same server, and leave every box ticked.",
	domain.CauseRoleOrder:         "A role stands above the bot's. Drag the bot's role above it, in the server's settings under Roles.",
	domain.CauseRoleRefused:       "Discord refuses a role that is to be given. Drag the bot's role above it, in the server's settings under Roles.",
	domain.CauseTargetMissing:     "A role or space group that is to be given is gone. Choose another one for the product.",
	domain.CauseMemberLimit:       "The community has no room for more people. Change its plan, or remove somebody.",
	domain.CauseServerFull:        "The server has no room for more people.",
	domain.CauseQuotaLow:          "Most of the calls that the plan allows in a month are used.",
}

// wrong is what is wrong, a sentence for each cause.
func wrong(all domain.Causes) []string {
	var said []string
	for code := range strings.FieldsSeq(string(all)) {
		text := mends[domain.Cause(code)]
		if text == "" {
			text = "Something is wrong: " + strings.ReplaceAll(code, "_", " ") + "."
		}
		said = append(said, text)
	}
	return said
}

// healths are the healths as sellers read them.
var healths = map[domain.Health]string{
	domain.HealthOK: "Works", domain.HealthWarning: "Works in part", domain.HealthBotMissing: "Waits for you", domain.HealthTokenInvalid: "Waits for you",
}
