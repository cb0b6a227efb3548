/* SPDX-License-Identifier: Apache-2.0 */
/** A simulation of caps: one class of one heap, without an allocator, held against the best fixed cap of each trace. */
package io.github.acealloc.control.sim;
