package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"

	"github.com/danielgtaylor/huma/v2"
)

// openPage opens the desktop app by the link that its script makes of the browser's address.
//
//go:embed open.html
var openPage []byte

const (
	openPageType  = "text/html; charset=utf-8"
	openPageCache = "public, max-age=3600"
)

// openPagePolicy allows the page its own style and script, by their hashes, and nothing else: no request, form or frame.
var openPagePolicy = "default-src 'none'; style-src '" + hashOf("style") + "'; script-src '" + hashOf("script") +
	"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// hashOf returns the hash of the content of the page's only element of this name.
func hashOf(element string) string {
	_, rest, _ := bytes.Cut(openPage, []byte("<"+element+">"))
	content, _, _ := bytes.Cut(rest, []byte("</"+element+">"))
	sum := sha256.Sum256(content)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// openInput takes any text: the response must not depend on it.
type openInput struct {
	Kind string `path:"kind" doc:"client, msp, run or user; any other yields the same page."`
	ID   string `path:"id" doc:"An id; whether it exists does not change the page."`
}

type openOutput struct {
	ContentType    string `header:"Content-Type"`
	CacheControl   string `header:"Cache-Control"`
	SecurityPolicy string `header:"Content-Security-Policy"`
	ReferrerPolicy string `header:"Referrer-Policy"`
	Sniffing       string `header:"X-Content-Type-Options"`
	Robots         string `header:"X-Robots-Tag"`
	Body           []byte
}

// open returns the page that opens a link in the desktop app. It is the same for every link, known or not, and needs no
// sign-in: only the app asks for what the link names.
func (s *server) open(context.Context, *openInput) (*openOutput, error) {
	return &openOutput{
		ContentType: openPageType, CacheControl: openPageCache, SecurityPolicy: openPagePolicy,
		ReferrerPolicy: "no-referrer", Sniffing: "nosniff", Robots: "noindex", Body: openPage,
	}, nil
}

// page marks a route whose response is a page for a browser, whatever the address has behind it.
func page(_ *server, r *routeRow) {
	r.SkipValidateParams = true
	r.Responses = map[string]*huma.Response{"200": {
		Description: "A page for a browser, the same for every kind and id.",
		Content:     map[string]*huma.MediaType{openPageType: {}},
	}}
}

// perPageAddress limits the rate of one address on a page. The page needs neither body nor database, so it counts no
// concurrent requests, and it may be cached.
func perPageAddress(s *server, r *routeRow) {
	r.Middlewares = append(huma.Middlewares{s.limitPage}, r.Middlewares...)
}

func (s *server) limitPage(ctx huma.Context, next func(huma.Context)) {
	request, _ := humaUnwrap(ctx)
	key := ctx.Operation().Path + " " + addressKey(callerAddress(request, s.TrustedProxies))
	if wait, ok := s.limits.address.allow(key); !ok {
		ctx.SetHeader("Cache-Control", "no-store")
		s.refuse(ctx, tooMany(wait))
		return
	}
	next(ctx)
}
