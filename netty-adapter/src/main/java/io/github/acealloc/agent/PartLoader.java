/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Loads the classes that lie in one folder of the agent's jar, and those before any others of the same names.
 *
 * <p>All else it asks its parent for, and what that does not know, the JDK: class loaders of modules and bundles do not know all of it.
 */
public final class PartLoader extends ClassLoader {
    static {
        registerAsParallelCapable();
    }

    private final ZipFile jar;
    private final String folder;
    private final UnaryOperator<byte[]> change;

    /**
     * A loader of its own.
     *
     * @param name for humans
     * @param parent whom to ask for what does not lie in the folder
     * @param jar the agent's
     * @param folder where the classes lie in it
     * @param change what is done to a class before it is defined
     */
    public PartLoader(String name, ClassLoader parent, ZipFile jar, String folder, UnaryOperator<byte[]> change) {
        super(name, parent);
        this.jar = jar;
        this.folder = folder;
        this.change = change;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> type = findLoadedClass(name);
            if (type != null) {
                return type;
            }
            ZipEntry entry = jar.getEntry(folder + name.replace('.', '/') + ".class");
            return entry != null ? define(name, entry) : elsewhere(name);
        }
    }

    private Class<?> define(String name, ZipEntry entry) throws ClassNotFoundException {
        try (InputStream in = jar.getInputStream(entry)) {
            byte[] bytes = change.apply(in.readAllBytes());
            return defineClass(name, bytes, 0, bytes.length, PartLoader.class.getProtectionDomain());
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    private Class<?> elsewhere(String name) throws ClassNotFoundException {
        try {
            return super.loadClass(name, false);
        } catch (ClassNotFoundException e) {
            return getPlatformClassLoader().loadClass(name);
        }
    }
}
