/* SPDX-License-Identifier: Apache-2.0 */
/** Mixed load for a long time, with faults at random moments, and what must be true in the end. */
package io.github.acealloc.it.soak;
