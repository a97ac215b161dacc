package desktop

import (
	"testing"
	"time"
)

// TestBounds asserts the constants and limits of the package.
func TestBounds(t *testing.T) {
	transport := newTransport(nil, lifeLimits{})
	for name, bound := range map[string]struct{ got, want any }{
		"idle_connections_are_4":                {transport.MaxIdleConnsPerHost, 4},
		"idle_connections_last_90_seconds":      {transport.IdleConnTimeout, 90 * time.Second},
		"TLS_handshake_has_10_seconds":          {transport.TLSHandshakeTimeout, 10 * time.Second},
		"address_has_2048_characters":           {addressLimit, 2048},
		"request_takes_30_seconds":              {requestTimeout, 30 * time.Second},
		"response_has_16_MiB":                   {responseLimit, 16 << 20},
		"browser_command_has_20_seconds":        {shownAfter, 20 * time.Second},
		"closing_waits_2_seconds":               {closeWait, 2 * time.Second},
		"process_leaves_within_6_seconds":       {leaveWithin, 6 * time.Second},
		"sign_in_takes_5_minutes":               {signInLimit, 5 * time.Minute},
		"first_screen_waits_1500_milliseconds":  {firstScreenWait, 1500 * time.Millisecond},
		"page_starts_within_10_seconds":         {startWait, 10 * time.Second},
		"page_replies_within_2_seconds":         {replyWait, 2 * time.Second},
		"doctor_calls_the_API_for_9_seconds":    {probeLimit, 9 * time.Second},
		"doctor_shows_4_addresses":              {shownAddresses, 4},
		"clipboard_has_64_KiB":                  {clipboardLimit, 64 << 10},
		"etags_kept_are_64":                     {etagKept, 64},
		"former_session_lasts_14_days":          {formerLife, 14 * 24 * time.Hour},
		"former_session_is_tried_20_times":      {formerTries, 20},
		"former_session_has_a_minute":           {formerWait, time.Minute},
		"former_sessions_of_a_start_are_5":      {formerMost, 5},
		"use_is_noted_once_a_day":               {notedFor, 24 * time.Hour},
		"instance_starts_within_30_seconds":     {startingFor, 30 * time.Second},
		"instance_ends_gently_for_2_seconds":    {endGently, 2 * time.Second},
		"instance_ends_within_10_seconds":       {endWithin, 10 * time.Second},
		"log_file_has_1_MB":                     {logMegabytes, 1},
		"old_log_files_are_3":                   {logKept, 3},
		"network_is_read_every_2_seconds":       {networkEvery, 2 * time.Second},
		"sleep_is_a_gap_of_8_seconds":           {sleepGap, 8 * time.Second},
		"notice_hangs_after_5_seconds":          {hungAfter, 5 * time.Second},
		"proxy_is_kept_10_seconds":              {proxyKept, 10 * time.Second},
		"proxy_script_waits_a_minute":           {autoProxyWait, time.Minute},
		"renewal_waits_20_seconds_for_the_lock": {lockWait, 20 * time.Second},
		"refresh_is_tried_3_times":              {exchangeTries, 3},
		"refresh_has_18_seconds":                {exchangeWait, 18 * time.Second},
		"refresh_pauses_a_second":               {exchangePause, time.Second},
		"refresh_repeats_within_20_seconds":     {exchangeWithin, 20 * time.Second},
		"app_waits_10_seconds_for_the_API":      {patience, 10},
		"API_asks_for_an_hour_at_most":          {longestWait, 3600},
		"gateway_is_asked_again_after_a_second": {gatewayPause, 1},
		"token_is_renewed_30_seconds_before":    {renewBefore, 30 * time.Second},
		"logout_has_10_seconds":                 {logoutWait, 10 * time.Second},
		"prompt_pauses_an_hour":                 {promptPause, time.Hour},
		"CA_file_has_16_MiB":                    {caFileLimit, 16 << 20},
		"managing_name_has_100_characters":      {managedByNameLimit, 100},
		"managing_page_has_300_characters":      {managedByURLLimit, 300},
		"clicks_within_2_seconds_are_one":       {togetherWithin, 2 * time.Second},
		"browser_starts_within_3_seconds":       {browserWait, 3 * time.Second},
		"waiting_looks_every_second":            {wakeEvery, time.Second},
		"event_has_64_KiB":                      {eventLimit, 64 << 10},
		"stream_is_silent_45_seconds":           {streamSilence, 45 * time.Second},
		"poll_starts_at_3_seconds":              {pollEvery, 3 * time.Second},
		"poll_ends_at_30_seconds":               {pollAtMost, 30 * time.Second},
		"stream_breaks_3_times":                 {streamCuts, 3},
		"stream_is_tried_again_after_20_polls":  {streamAgain, 20},
	} {
		t.Run(name, func(t *testing.T) {
			if bound.got != bound.want {
				t.Errorf("got %v, want %v", bound.got, bound.want)
			}
		})
	}
}
