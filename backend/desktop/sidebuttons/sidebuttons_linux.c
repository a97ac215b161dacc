//go:build linux && (production || dev)

#include <gtk/gtk.h>

#include "_cgo_export.h"

// Claiming the press keeps it from the page.
static void on_pressed(GtkGestureMultiPress *gesture, gint presses, gdouble x, gdouble y, gpointer button) {
    (void)presses, (void)x, (void)y;
    gtk_gesture_set_state(GTK_GESTURE(gesture), GTK_EVENT_SEQUENCE_CLAIMED);
    sideButtonPressed(GPOINTER_TO_UINT(button));
}

static void watch_button(GtkWidget *window, guint button) {
    GtkGesture *gesture = gtk_gesture_multi_press_new(window);
    gtk_gesture_single_set_button(GTK_GESTURE_SINGLE(gesture), button);
    gtk_event_controller_set_propagation_phase(GTK_EVENT_CONTROLLER(gesture), GTK_PHASE_CAPTURE);
    g_signal_connect(gesture, "pressed", G_CALLBACK(on_pressed), GUINT_TO_POINTER(button));
    // The gesture lives as long as its window.
    g_object_set_data_full(G_OBJECT(window), button == 8 ? "side-button-8" : "side-button-9", gesture, g_object_unref);
}

static gboolean watch_windows(gpointer unused) {
    (void)unused;
    GList *windows = gtk_window_list_toplevels();
    for (GList *at = windows; at != NULL; at = at->next) {
        watch_button(GTK_WIDGET(at->data), 8);
        watch_button(GTK_WIDGET(at->data), 9);
    }
    g_list_free(windows);
    return G_SOURCE_REMOVE;
}

// GTK may be used by the thread of its main loop only.
void watch_side_buttons(void) { g_idle_add(watch_windows, NULL); }
