/* SPDX-License-Identifier: Apache-2.0 */
/** How the limits of caches are learned: readings of what heaps did, one price for memory, and decisions that are checked afterwards. */
package io.github.acealloc.control;
