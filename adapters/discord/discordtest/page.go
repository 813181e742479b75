package discordtest

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strconv"
)

// view is what the authorize page shows.
type view struct {
	Problem string
	Bot     bool
	People  []User
	Guilds  []choice
	Asks    []choice // permissions
	Scopes  []string
}

type choice struct {
	Value, Name string
	Chosen      bool
}

var permissionNames = []struct {
	bit  Permission
	name string
}{{CreateInvite, "Create Invite"}, {KickMembers, "Kick Members"}, {Administrator, "Administrator"}, {ManageGuild, "Manage Server"}, {ManageRoles, "Manage Roles"}}

func (d *Discord) view(a authorization) view {
	v := view{Bot: a.bot(), People: d.people(), Scopes: a.scopes}
	if !v.Bot {
		return v
	}
	known := Permission(0)
	ask := func(bits Permission, name string) {
		if bits != 0 {
			v.Asks = append(v.Asks, choice{strconv.FormatInt(int64(bits), 10), name, true})
		}
	}
	for _, p := range permissionNames {
		ask(a.permissions&p.bit, p.name)
		known |= p.bit
	}
	ask(a.permissions&^known, "Others")
	for id, g := range d.guilds {
		if !a.fixed || id == a.guild {
			v.Guilds = append(v.Guilds, choice{id, g.Name, id == a.guild})
		}
	}
	slices.SortFunc(v.Guilds, func(x, y choice) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Value, y.Value)) })
	return v
}

// showProblem shows why there is nothing to agree to.
func showProblem(w http.ResponseWriter, err error) {
	render(w, http.StatusBadRequest, view{Problem: err.Error()})
}

func render(w http.ResponseWriter, status int, v view) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(status)
	authorizePage.Execute(w, v) // who is gone is gone
}

var authorizePage = template.Must(template.New("authorize").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Authorize (stand-in for Discord)</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 3rem auto; padding: 0 1rem }
fieldset { border: 1px solid; border-radius: .5rem; margin: 1rem 0 }
label { display: block; padding: .25rem 0 }
select, button { font: inherit; padding: .5rem .75rem; min-height: 2.75rem }
</style>
</head>
<body>
<main>
<p><small>A stand-in for Discord. Nothing here reaches the real one.</small></p>
{{if .Problem}}<h1>{{.Problem}}</h1>{{else}}
<h1>{{if .Bot}}A bot wants to join your server{{else}}An application wants to let you into a server{{end}}</h1>
<form method="post">
<fieldset><legend>Who are you?</legend>
{{range $i, $u := .People}}<label><input type="radio" name="user" value="{{$u.ID}}" required{{if eq $i 0}} checked{{end}}> {{$u.Username}}</label>
{{else}}<p>Nobody has an account yet.</p>{{end}}</fieldset>
{{if .Bot}}<label>Add to server <select name="guild">{{range .Guilds}}<option value="{{.Value}}"{{if .Chosen}} selected{{end}}>{{.Name}}</option>{{end}}</select></label>
<fieldset><legend>It may</legend>
{{range .Asks}}<label><input type="checkbox" name="permission" value="{{.Value}}"{{if .Chosen}} checked{{end}}> {{.Name}}</label>
{{end}}</fieldset>{{end}}
<p>Asked for: {{range .Scopes}}<code>{{.}}</code> {{end}}</p>
<button name="do" value="agree">Authorize</button>
<button name="do" value="refuse" formnovalidate>Cancel</button>
</form>{{end}}
</main>
</body>
</html>
`))
