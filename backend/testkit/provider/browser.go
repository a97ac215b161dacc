package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Authorize follows the login pages of a provider of this package from authorizationURL on, as a browser in which the
// user chooses accountID. It returns the redirect to the application without following it. With
// response_mode=form_post the parameters are in form, to be posted to redirect; otherwise form is nil and they are in
// redirect's query.
func Authorize(ctx context.Context, authorizationURL, accountID string) (redirect *url.URL, form url.Values, err error) {
	return browse(ctx, authorizationURL, "account-"+accountID)
}

// Deny is like Authorize for a user who declines.
func Deny(ctx context.Context, authorizationURL string) (redirect *url.URL, form url.Values, err error) {
	return browse(ctx, authorizationURL, "deny")
}

// browser follows redirects up to the application's own address.
type browser struct {
	client *http.Client
	start  *url.URL
	home   string // the application's redirect address, without query
}

func browse(ctx context.Context, authorizationURL, button string) (*url.URL, url.Values, error) {
	b, page, redirect, err := visit(ctx, authorizationURL)
	if err != nil || redirect != nil {
		return redirect, nil, err
	}
	return b.press(ctx, page, button)
}

// visit opens a new browser at the provider.
func visit(ctx context.Context, authorizationURL string) (*browser, *html.Node, *url.URL, error) {
	start, err := url.Parse(authorizationURL)
	if err != nil {
		return nil, nil, nil, err
	}
	b, err := newBrowser(start)
	if err != nil {
		return nil, nil, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, authorizationURL, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	page, redirect, err := b.open(request)
	return b, page, redirect, err
}

func newBrowser(start *url.URL) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &browser{start: start, home: start.Query().Get("redirect_uri")}
	b.client = &http.Client{Jar: jar, CheckRedirect: func(next *http.Request, _ []*http.Request) error {
		if b.isHome(next.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return b, nil
}

func (b *browser) isHome(u *url.URL) bool {
	return u.Scheme+"://"+u.Host+u.Path == b.home
}

// open returns the page at which a request ends, or the redirect to the application.
func (b *browser) open(request *http.Request) (*html.Node, *url.URL, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	if location, err := response.Location(); err == nil && b.isHome(location) {
		return nil, location, nil
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return nil, nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("the provider returned %d: %s", response.StatusCode, strings.TrimSpace(string(body)))
	}
	page, err := html.Parse(strings.NewReader(string(body)))
	return page, nil, err
}

// press submits the page's form with the button that has this id.
func (b *browser) press(ctx context.Context, page *html.Node, id string) (*url.URL, url.Values, error) {
	form, button := findElement(page, func(n *html.Node) bool { return n.Data == "form" }), byID(page, id)
	if form == nil || button == nil {
		return nil, nil, fmt.Errorf("the login page has no button %q", id)
	}
	values := hiddenInputs(form)
	values.Set(attribute(button, "name"), attribute(button, "value"))
	response, redirect, err := b.submit(ctx, attribute(form, "action"), values)
	if err != nil || redirect != nil {
		return redirect, nil, err
	}
	return b.formPost(response)
}

// submit posts a form and returns the same as open.
func (b *browser) submit(ctx context.Context, action string, values url.Values) (*html.Node, *url.URL, error) {
	target, err := b.start.Parse(action)
	if err != nil {
		return nil, nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), strings.NewReader(values.Encode()))
	if err != nil {
		return nil, nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.open(request)
}

func (b *browser) formPost(page *html.Node) (*url.URL, url.Values, error) {
	form := findElement(page, func(n *html.Node) bool { return n.Data == "form" })
	if form == nil {
		return nil, nil, errors.New("the provider returned neither a redirect nor a form")
	}
	target, err := url.Parse(attribute(form, "action"))
	if err != nil || !b.isHome(target) {
		return nil, nil, errors.New("the provider's form is not addressed to the application")
	}
	return target, hiddenInputs(form), nil
}

func findElement(n *html.Node, match func(*html.Node) bool) *html.Node {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && match(d) {
			return d
		}
	}
	return nil
}

func byID(n *html.Node, id string) *html.Node {
	return findElement(n, func(n *html.Node) bool { return attribute(n, "id") == id })
}

func hiddenInputs(form *html.Node) url.Values {
	values := url.Values{}
	for d := range form.Descendants() {
		if d.Data == "input" && attribute(d, "type") == "hidden" {
			values.Add(attribute(d, "name"), attribute(d, "value"))
		}
	}
	return values
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
