/* SPDX-License-Identifier: Apache-2.0 */
/** Where memory comes from and goes back to, and the one budget that all of it counts against. */
package io.github.acealloc.os;
