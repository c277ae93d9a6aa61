package io.understudy.filestore.s3;

import io.understudy.filestore.SiteBucket.Listed;
import io.understudy.filestore.SiteObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads the answer of ListObjectsV2, whose keys are URL-encoded where it says so. */
final class ListingXml {
    private static final XMLInputFactory XML = factory();

    private ListingXml() {}

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /**
     * @param prefix of all keys; it is taken away
     * @throws IOException for what is no listing
     */
    static Listed read(InputStream in, String prefix) throws IOException {
        List<Map<String, String>> all = new ArrayList<>();
        List<SiteObject> objects = new ArrayList<>();
        Map<String, String> about = new HashMap<>();
        Map<String, String> object = new HashMap<>();
        boolean inside = false;
        try {
            XMLStreamReader xml = XML.createXMLStreamReader(in);
            String name = "";
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        name = xml.getLocalName();
                        inside |= name.equals("Contents");
                    }
                    case XMLStreamConstants.CHARACTERS ->
                        (inside ? object : about).merge(name, xml.getText(), String::concat);
                    case XMLStreamConstants.END_ELEMENT -> {
                        name = "";
                        if (xml.getLocalName().equals("Contents")) {
                            all.add(Map.copyOf(object));
                            object.clear();
                            inside = false;
                        }
                    }
                    default -> {}
                }
            }
            boolean encoded =
                    "url".equals(about.getOrDefault("EncodingType", "").strip());
            all.forEach(fields -> objects.add(object(fields, encoded, prefix)));
        } catch (XMLStreamException | IllegalArgumentException | DateTimeException | NullPointerException e) {
            throw new IOException("the listing cannot be read: " + e.getMessage(), e);
        }
        boolean more = "true".equals(about.get("IsTruncated"));
        if (more && about.get("NextContinuationToken") == null) {
            throw new IOException("the listing does not say how it goes on");
        }
        return new Listed(objects, more ? Optional.of(about.get("NextContinuationToken")) : Optional.empty());
    }

    private static SiteObject object(Map<String, String> fields, boolean encoded, String prefix) {
        String key = encoded ? URLDecoder.decode(fields.get("Key"), StandardCharsets.UTF_8) : fields.get("Key");
        if (!key.startsWith(prefix)) {
            throw new IllegalArgumentException("a key lacks the prefix that was asked for");
        }
        return new SiteObject(
                key.substring(prefix.length()),
                Long.parseLong(fields.get("Size").strip()),
                fields.getOrDefault("ETag", "").replace("\"", "").strip(),
                Instant.parse(fields.get("LastModified").strip()).truncatedTo(ChronoUnit.MILLIS));
    }
}
