// SPDX-License-Identifier: MIT

package lsexport

// WithText sets an option by the name that it has in C, as the shared vectors do.
var WithText = withText
