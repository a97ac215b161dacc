package main

import "github.com/alecthomas/kong"

// helpTexts are the help texts that are too long for a struct tag, which names them as ${name}. Kong refuses to start
// with a name that is missing here.
var helpTexts = kong.Vars{
	"data":           "Folder the data is kept in from one run to the next (default: the user's state folder).",
	"env_file":       "Write settings, account ids and the admin's invite code to this file, as shell exports.",
	"portal_api":     "The portal-api to run (default: the one beside this program, else it is built).",
	"metrics_listen": "Address of the metrics (default: 127.0.0.1:8481, or a free port where that is taken).",
	"no_api": "Prepare everything and leave the API's address free, for a portal-api that is started by hand with the " +
		"settings of --env-file.",
}
