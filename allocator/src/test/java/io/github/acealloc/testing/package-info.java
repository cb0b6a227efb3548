/* SPDX-License-Identifier: Apache-2.0 */
/** What the engine's tests share: blocks, faulty memory, event loops, child JVMs, a small user of the engine, and a shadow model. */
package io.github.acealloc.testing;
