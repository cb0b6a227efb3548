/* SPDX-License-Identifier: Apache-2.0 */
/** What only Java 22 and later can do with memory; loaded by name there and never touched below. */
package io.github.acealloc.os.ffm;
