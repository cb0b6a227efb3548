/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.control.LearnedPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.List;
import java.util.UUID;

/** The file of a learned policy: found by its name, read, and replaced as a whole. What is in it is {@link PolicyText}'s. */
final class PolicyFile {
    /** What is needed when an application is gone and its class loader closed: loaded while that can be done. */
    static final List<Class<?>> NEEDED_AT_LAST = List.of(PolicyText.class, PolicyText.Lines.class);

    /** A file that is larger is none of ours. */
    private static final int MAX_BYTES = 64 << 10;

    private static final int MAX_LINKS = 40;

    private PolicyFile() {}

    /** What was learned about both kinds of memory. */
    record Policies(LearnedPolicy direct, LearnedPolicy heap) {
        static final Policies NONE = new Policies(LearnedPolicy.NONE, LearnedPolicy.NONE);

        /**
         * Whether nothing was learned. Not asked by {@code equals}: the JDK keeps the types that a record's {@code equals} compares,
         * and so the class loader of an application that is gone.
         */
        boolean isEmpty() {
            return direct.limits().isEmpty() && heap.limits().isEmpty();
        }
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read or is not a policy of this format; the text says what was found
     */
    static Policies read(Path file) throws IOException {
        return PolicyText.read(new String(bytes(file), StandardCharsets.UTF_8));
    }

    /** Never more than is allowed, whatever the file system says of its length. */
    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            expect(bytes.length <= MAX_BYTES, "length: more than " + MAX_BYTES + " bytes", "<= " + MAX_BYTES);
            return bytes;
        }
    }

    private static void expect(boolean condition, String found, String expected) throws IOException {
        if (!condition) {
            throw new IOException(found + " (expected: " + expected + ")");
        }
    }

    /**
     * Writes a file; whoever reads it meanwhile sees the old one or the new one. Where the name is a link, what it leads to is
     * written; mode and owner of what was there stay.
     *
     * @throws IOException also if there is a file that is not a learned policy: it stays as it is
     */
    static void write(Path file, Policies policies) throws IOException {
        Path target = target(file);
        boolean isThere = Files.exists(target);
        if (isThere) {
            checkOurs(target);
        }
        Path fresh = Files.createFile(beside(target)); // with the mode that any new file gets
        try {
            Files.writeString(fresh, PolicyText.write(policies));
            if (isThere) {
                copyModeAndOwner(target, fresh);
            }
            Files.move(fresh, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /**
     * Finds out whether {@link #write} could do its work now.
     *
     * @throws IOException if not, with the reason
     */
    static void checkWritable(Path file) throws IOException {
        Path target = target(file);
        if (Files.exists(target)) {
            checkOurs(target);
        }
        Files.delete(Files.createFile(beside(target)));
    }

    /** Another's file is never written over, nor one that its owner has made read-only. */
    private static void checkOurs(Path target) throws IOException {
        try {
            read(target);
        } catch (IOException e) {
            throw new IOException("what is there is no learned policy and stays as it is: " + e.getMessage(), e);
        }
        if (!Files.isWritable(target)) {
            throw new AccessDeniedException(target.toString(), null, "read-only");
        }
    }

    /** What a name leads to, which need not be there. */
    private static Path target(Path file) throws IOException {
        Path target = file.toAbsolutePath();
        for (int links = 0; Files.isSymbolicLink(target); links++) {
            expect(links < MAX_LINKS, file + ": more than " + MAX_LINKS + " links", "<= " + MAX_LINKS);
            target = target.resolveSibling(Files.readSymbolicLink(target));
        }
        return target;
    }

    private static Path beside(Path target) {
        return target.resolveSibling("acealloc-policy" + UUID.randomUUID() + ".tmp");
    }

    private static void copyModeAndOwner(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (view == null) {
            return; // a file system without
        }
        PosixFileAttributes old = Files.readAttributes(from, PosixFileAttributes.class);
        try {
            view.setGroup(old.group());
            view.setOwner(old.owner());
        } catch (IOException ignored) {
            // Only the superuser may give files to others; the new one is ours then.
        }
        view.setPermissions(old.permissions());
    }
}
