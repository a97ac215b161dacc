package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// variables are settings in the order they are written down.
type variables [][2]string

// environ returns this process's environment without the portal's settings, and with these.
func (v variables) environ() []string {
	var list []string
	for _, entry := range os.Environ() {
		if !strings.HasPrefix(entry, "PORTAL_") {
			list = append(list, entry)
		}
	}
	for _, setting := range v {
		list = append(list, setting[0]+"="+setting[1])
	}
	return list
}

// shell returns the settings in a form that a shell can read.
func (v variables) shell() string {
	var b strings.Builder
	for _, setting := range v {
		fmt.Fprintf(&b, "export %s='%s'\n", setting[0], strings.ReplaceAll(setting[1], "'", `'\''`))
	}
	return b.String()
}

// report writes the env file, prints who may sign in, and at the end the line "ready".
func (s *stack) report(out io.Writer) error {
	if s.options.EnvFile != "" {
		settings, err := s.settings(s.serverURL())
		if err != nil {
			return err
		}
		if err := writePrivate(s.options.EnvFile, []byte(append(s.forScripts(), settings...).shell())); err != nil {
			return err
		}
	}
	_, err := fmt.Fprint(out, s.summary(), "\nready\n")
	return err
}

// forScripts is what a script needs to act as a user.
func (s *stack) forScripts() variables {
	return variables{
		{"FSPORTAL_API_URL", s.url()},
		{"DEVSTACK_DATA", s.folder.path},
		{"DEVSTACK_OWNER_DATABASE_URL", s.ownerURL()},
		{"DEVSTACK_MSSP", msspName},
		{"DEVSTACK_MSSP_ID", s.folder.state.MSSPID},
		{"DEVSTACK_ADMIN_ACCOUNT", admin.ID},
		{"DEVSTACK_ADMIN_EMAIL", admin.Email},
		{"DEVSTACK_ADMIN_INVITE_CODE", s.folder.state.AdminCode},
		{"DEVSTACK_STAFF_ACCOUNT", staff.ID},
		{"DEVSTACK_STAFF_EMAIL", staff.Email},
		{"DEVSTACK_MSP_USER_ACCOUNT", mspUser.ID},
		{"DEVSTACK_MSP_USER_EMAIL", mspUser.Email},
		{"DEVSTACK_MSP_USER_MSP", mspOf(s.sample)},
		{"DEVSTACK_MSP_USER_TENANT", mspTenant},
		{"DEVSTACK_MSP_USER_DOMAIN", mspDomain},
		{"DEVSTACK_STRANGER_ACCOUNT", stranger.ID},
		{"DEVSTACK_STRANGER_EMAIL", stranger.Email},
		{"DEVSTACK_STRANGER_DOMAIN", stranger.HostedDomain},
		{"DEVSTACK_NAMELESS_ACCOUNT", nameless.ID},
		{"DEVSTACK_NAMELESS_NAME", nameless.Name},
		{"DEVSTACK_OUTSIDER_ACCOUNT", outsider.ID},
		{"DEVSTACK_HEIMDAL_URL", s.heimdal.URL()},
		{"DEVSTACK_HEIMDAL_ORDERS_URL", s.heimdalOrders},
		{"DEVSTACK_HEIMDAL_API_KEY", heimdalKey},
		{"DEVSTACK_HEIMDAL_CUSTOMER_ID", heimdalCustomer},
	}
}

func (s *stack) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "The portal's API   %s\nIts metrics        http://%s\nIts data and logs  %s\n\n", s.url(), s.metrics, s.folder.path)
	fmt.Fprintf(&b, "Who may sign in (the login pages ask for no password)\n")
	line := func(button, name, email, what string) {
		fmt.Fprintf(&b, "  %-10s %-16s %-34s %s\n", button, name, email, what)
	}
	line("Google", admin.Name, admin.Email, "admin of "+msspName)
	line("Google", staff.Name, staff.Email, "staff of "+msspName+s.notInvited())
	line("Microsoft", mspUser.Name, mspUser.Email, "user of the MSP "+mspOf(s.sample)+s.notInvited())
	line("Google", stranger.Name, stranger.Email, "nobody: not invited")
	line("Microsoft", outsider.Name, outsider.Email, "nobody: of a tenant that is not let in")
	if s.folder.state.AdminCode != "" {
		fmt.Fprintf(&b, "\nThe admin's first sign-in asks for this invite code: %s\n", s.folder.state.AdminCode)
	} else {
		fmt.Fprintf(&b, "\nThe admin has signed in before: no invite code is asked for.\n")
	}
	fmt.Fprintf(&b, "\nHeimdal can be made to lose 30 of 100 customers, so that the next sync needs a review, or to fail\n")
	fmt.Fprintf(&b, "  curl -d '{\"leave_out\": 30}' %[1]s/order\n"+
		"  curl -d '{\"rules\": [{\"fault\": \"status500\"}]}' %[1]s/order\n", s.heimdalOrders)
	fmt.Fprintf(&b, "  curl -d '{\"leave_out\": 0, \"rules\": []}' %s/order    # and to behave again\n", s.heimdalOrders)
	return b.String()
}

func (s *stack) notInvited() string {
	if s.folder.state.Invited {
		return ""
	}
	return ", once invited"
}
