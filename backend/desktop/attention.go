package desktop

import (
	"context"
	"net/http"
	"net/url"

	"fs-client-portal/backend/portal"
)

// SnoozedAttention returns everything that the users of the same MSSP or MSP have snoozed.
func (d *Desktop) SnoozedAttention(ctx context.Context) (portal.SnoozedAttention, error) {
	return read[portal.SnoozedAttention](ctx, d, "/v1/attention/snoozed", struct{}{})
}

// SnoozeAttention leaves what needs attention out of the overview until a time. The code is not_found outside the scope,
// and where it does not need attention any more.
func (d *Desktop) SnoozeAttention(ctx context.Context, kind, id string, snooze portal.NewSnooze) error {
	return d.writeMark(ctx, http.MethodPut, kind, id, "snooze", snooze)
}

// EndSnooze shows what was snoozed again.
func (d *Desktop) EndSnooze(ctx context.Context, kind, id string) error {
	return d.writeMark(ctx, http.MethodDelete, kind, id, "snooze", nil)
}

// SetAttentionHandler says who handles what needs attention. Codes as of SnoozeAttention.
func (d *Desktop) SetAttentionHandler(ctx context.Context, kind, id string, handler portal.NewHandler) error {
	return d.writeMark(ctx, http.MethodPut, kind, id, "handler", handler)
}

// RemoveAttentionHandler says that nobody handles it any more.
func (d *Desktop) RemoveAttentionHandler(ctx context.Context, kind, id string) error {
	return d.writeMark(ctx, http.MethodDelete, kind, id, "handler", nil)
}

func (d *Desktop) writeMark(ctx context.Context, method, kind, id, mark string, body any) error {
	path, err := pathOf("/v1/attention/"+url.PathEscape(kind), id)
	if err != nil {
		return err
	}
	return d.write(ctx, request{method: method, path: path + "/" + mark, body: body})
}
