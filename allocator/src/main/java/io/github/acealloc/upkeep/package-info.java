/* SPDX-License-Identifier: Apache-2.0 */
/** What goes on beside the event loops: one background thread has memory given back that lies idle, and lets the control loop turn. */
package io.github.acealloc.upkeep;
