// Package sidebuttons reports the two side buttons of a mouse where the page gets no event of them.
package sidebuttons
