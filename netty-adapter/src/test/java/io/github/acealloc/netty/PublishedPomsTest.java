/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** What the published POMs say: no jar that users do not expect, one version everywhere, and all that Maven Central asks for. */
class PublishedPomsTest {
    /** Where Maven runs the tests from is the module's folder. */
    private static final Element PARENT = pom("../pom.xml");

    private static final Element ENGINE = pom("../allocator/pom.xml");
    private static final Element ADAPTER = pom("pom.xml");
    private static final Element BOM = pom("bom/pom.xml");

    private static Element pom(String file) {
        try (var in = Files.newInputStream(Path.of(file))) {
            return DocumentBuilderFactory.newDefaultInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getDocumentElement();
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new IllegalStateException(file, e);
        }
    }

    @Test
    void usersGetNettyAndJcToolsOnly() {
        assertThat(onTheUsersClassPath(ENGINE)).containsExactly("jctools-core-jdk11");
        assertThat(onTheUsersClassPath(ADAPTER)).containsExactly("acealloc-allocator", "netty-common", "netty-buffer");
    }

    private static List<String> onTheUsersClassPath(Element pom) {
        return all(pom, "dependencies", "dependency").stream()
                .filter(dependency -> List.of("", "compile", "runtime").contains(text(dependency, "scope")))
                .filter(dependency -> !text(dependency, "optional").equals("true"))
                .map(dependency -> text(dependency, "artifactId"))
                .toList();
    }

    @Test
    void theBomNamesWhatIsPublishedInTheParentsVersion() {
        assertThat(text(BOM, "groupId")).isEqualTo(text(PARENT, "groupId"));
        assertThat(text(BOM, "version")).isEqualTo(text(PARENT, "version"));
        assertThat(all(BOM, "parent"))
                .as("a parent, whose versions users would get")
                .isEmpty();
        assertThat(all(BOM, "dependencyManagement", "dependencies", "dependency"))
                .allSatisfy(managed -> assertThat(text(managed, "version")).isEqualTo("${project.version}"))
                .extracting(managed -> text(managed, "artifactId") + ' ' + text(managed, "classifier"))
                .containsExactlyInAnyOrder(
                        text(ENGINE, "artifactId") + ' ',
                        text(ADAPTER, "artifactId") + ' ',
                        text(ADAPTER, "artifactId") + " agent");
    }

    @Test
    void eachSaysWhatMavenCentralAsksFor() {
        for (Element inherits : List.of(ENGINE, ADAPTER)) {
            assertThat(text(inherits, "parent", "artifactId")).isEqualTo(text(PARENT, "artifactId"));
            assertThat(text(inherits, "parent", "version")).isEqualTo(text(PARENT, "version"));
        }
        for (Element pom : List.of(PARENT, ENGINE, ADAPTER, BOM)) {
            assertThat(text(pom, "name")).isNotEmpty();
            assertThat(text(pom, "description")).isNotEmpty();
        }
        for (Element pom : List.of(PARENT, BOM)) {
            assertThat(text(pom, "url")).startsWith("https://");
            assertThat(text(pom, "licenses", "license", "name")).isEqualTo("Apache-2.0");
            assertThat(text(pom, "licenses", "license", "url")).startsWith("https://");
            assertThat(text(pom, "developers", "developer", "name")).isNotEmpty();
            assertThat(text(pom, "scm", "connection")).startsWith("scm:git:");
            assertThat(text(pom, "scm", "developerConnection")).startsWith("scm:git:");
            assertThat(text(pom, "scm", "url")).isEqualTo(text(pom, "url"));
        }
    }

    private static String text(Element from, String... path) {
        return all(from, path).stream()
                .findFirst()
                .map(found -> found.getTextContent().trim())
                .orElse("");
    }

    private static List<Element> all(Element from, String... path) {
        List<Element> found = List.of(from);
        for (String name : path) {
            found = found.stream()
                    .flatMap(element -> children(element, name).stream())
                    .toList();
        }
        return found;
    }

    private static List<Element> children(Element from, String name) {
        List<Element> children = new ArrayList<>();
        for (Node node = from.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                children.add(element);
            }
        }
        return children;
    }
}
