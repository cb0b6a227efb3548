/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.acealloc.control.LearnedPolicy;
import io.github.acealloc.control.LearnedPolicy.Limits;
import io.github.acealloc.slab.SizeClasses;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * A learned policy as a small JSON file:
 * {@code {"format": "acealloc-policy", "version": 1, "classes": 80, "direct": {"1024": {"cap": 96, "batch": 16}}, "heap": {}}}.
 */
final class PolicyFile {
    private static final String FORMAT = "acealloc-policy";
    private static final int VERSION = 1;

    /** A file that is larger is none of ours. */
    private static final int MAX_BYTES = 64 << 10;

    private static final int MAX_LINKS = 40;

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private static final String DIRECT = "direct";
    private static final String HEAP = "heap";

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
     * @throws IOException if it cannot be read or is not a policy of this version; the text says what was found
     */
    static Policies read(Path file) throws IOException {
        Map<String, LearnedPolicy> kinds = new HashMap<>();
        try (JsonParser json = JSON.createParser(bytes(file))) {
            next(json, JsonToken.START_OBJECT, "the file", "an object");
            header(json, "format", FORMAT);
            header(json, "version", Integer.toString(VERSION));
            header(json, "classes", Integer.toString(SizeClasses.COUNT));
            for (String kind = json.nextFieldName(); kind != null; kind = json.nextFieldName()) {
                expect(kind.equals(DIRECT) || kind.equals(HEAP), kind, "direct or heap");
                kinds.put(kind, policy(json));
            }
            expect(json.currentToken() == JsonToken.END_OBJECT, "the file: " + json.getText(), "direct or heap");
            next(json, null, "after the end", "nothing more");
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage()
                            + " (expected: a learned policy)",
                    e);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        return new Policies(
                kinds.getOrDefault(DIRECT, LearnedPolicy.NONE), kinds.getOrDefault(HEAP, LearnedPolicy.NONE));
    }

    /** Never more than is allowed, whatever the file system says of its length. */
    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            expect(bytes.length <= MAX_BYTES, "length: more than " + MAX_BYTES + " bytes", "<= " + MAX_BYTES);
            return bytes;
        }
    }

    private static void header(JsonParser json, String name, String value) throws IOException {
        expect(name.equals(json.nextFieldName()), String.valueOf(json.currentName()), "first " + name);
        json.nextToken();
        expect(value.equals(json.getText()), name + ": " + json.getText(), value);
    }

    private static LearnedPolicy policy(JsonParser json) throws IOException {
        next(json, JsonToken.START_OBJECT, json.currentName(), "an object");
        Map<Integer, Limits> limits = new HashMap<>();
        for (String bytes = json.nextFieldName(); bytes != null; bytes = json.nextFieldName()) {
            expect(bytes.matches("\\d{1,7}"), bytes, "the size of a class's blocks");
            next(json, JsonToken.START_OBJECT, bytes, "an object");
            limits.put(Integer.valueOf(bytes), new Limits(number(json, "cap"), number(json, "batch")));
            next(json, JsonToken.END_OBJECT, bytes, "cap and batch, no more");
        }
        return new LearnedPolicy(limits);
    }

    private static int number(JsonParser json, String name) throws IOException {
        expect(name.equals(json.nextFieldName()), String.valueOf(json.currentName()), name);
        next(json, JsonToken.VALUE_NUMBER_INT, name, "a whole number");
        return json.getIntValue();
    }

    private static void next(JsonParser json, JsonToken token, String name, String expected) throws IOException {
        expect(json.nextToken() == token, name + ": " + json.getText(), expected);
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
            try (JsonGenerator json = JSON.createGenerator(Files.newOutputStream(fresh))) {
                json.useDefaultPrettyPrinter();
                json.writeStartObject();
                json.writeStringField("format", FORMAT);
                json.writeNumberField("version", VERSION);
                json.writeNumberField("classes", SizeClasses.COUNT);
                write(json, DIRECT, policies.direct());
                write(json, HEAP, policies.heap());
                json.writeEndObject();
            }
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

    private static void write(JsonGenerator json, String kind, LearnedPolicy policy) throws IOException {
        json.writeObjectFieldStart(kind);
        for (Map.Entry<Integer, Limits> entry : policy.limits().entrySet()) {
            json.writeObjectFieldStart(entry.getKey().toString());
            json.writeNumberField("cap", entry.getValue().cap());
            json.writeNumberField("batch", entry.getValue().batch());
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
