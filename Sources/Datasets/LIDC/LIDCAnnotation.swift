import Foundation
import FoundationXML
import Support

/// The XML file of one LIDC-IDRI scan: what each of its raters drew.
struct LIDCAnnotation: Sendable, Equatable {
    /// A closed line around a nodule, or around a hole in it, in one slice; the line itself is outside of the nodule.
    struct Contour: Sendable, Equatable {
        /// SOP instance UID of the slice.
        var slice = ""
        var isHole = false
        /// Columns and rows, from 0.
        var points: [SIMD2<Int>] = []
    }

    struct Nodule: Sendable, Equatable {
        var name = ""
        /// 1 (unlikely to be malignant) to 5; nil for nodules below 3 mm, of which no more than a place is known.
        var malignancy: Int?
        var contours: [Contour] = []

        /// Whether it was outlined and rated: nodules of 3 mm and more.
        var isOutlined: Bool { malignancy != nil && contours.contains { $0.points.count > 1 } }
    }

    let url: URL
    /// SOP series UID of the scan; nil for the XML files of radiographs.
    var series: String?
    /// Nodules of each rater.
    var raters: [[Nodule]] = []

    /// - Throws: `Problem` where the file is no XML, or a coordinate no number.
    init(_ url: URL) throws {
        self.url = url
        let parser = XMLParser(data: try Data.file(url))
        let reader = LIDCReader()
        parser.delegate = reader
        // A file that ends early parses well, but for this.
        guard parser.parse(), parser.parserError == nil, reader.problem == nil else {
            throw Problem(
                "\(url.path) line \(max(1, reader.problem == nil ? parser.lineNumber : reader.line))",
                reader.problem ?? "is not valid XML", remedy: "get the file again")
        }
        // Those of radiographs name another root.
        guard reader.root != "LidcReadMessage" || reader.series != nil else {
            throw Problem(url, "does not say of which scan it is", remedy: "get the file again")
        }
        series = reader.series
        raters = reader.raters
    }
}

/// Builds an annotation from the events of the parser.
private final class LIDCReader: NSObject, XMLParserDelegate {
    private(set) var series: String?
    /// The first element.
    private(set) var root = ""
    private(set) var raters: [[LIDCAnnotation.Nodule]] = []
    private(set) var problem: String?
    private(set) var line = 0
    private var text = ""
    private var nodule: LIDCAnnotation.Nodule?
    private var contour: LIDCAnnotation.Contour?
    private var point: (x: Int?, y: Int?) = (nil, nil)

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
    ) {
        text = ""
        if root.isEmpty { root = name }
        switch name {
        case "readingSession": raters.append([])
        case "unblindedReadNodule": nodule = LIDCAnnotation.Nodule()
        // Places of what is no nodule have the same elements and are passed over.
        case "roi" where nodule != nil: contour = LIDCAnnotation.Contour()
        case "edgeMap": point = (nil, nil)
        default: break
        }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        func fail(_ text: String) {
            guard problem == nil else { return }
            problem = text
            line = parser.lineNumber
        }
        func number() -> Int {
            if let number = Int(value) { return number }
            fail("'\(value)' is not a whole number (\(name))")
            return 0
        }
        switch name {
        case "SeriesInstanceUid", "SeriesInstanceUID": series = value
        case "noduleID": nodule?.name = value
        case "malignancy" where nodule != nil:
            let rating = number()
            if !(0...5).contains(rating) { fail("malignancy is \(rating), ratings are 1 to 5") }
            nodule?.malignancy = rating
        case "imageSOP_UID": contour?.slice = value
        case "inclusion" where contour != nil:
            let isInside = ["TRUE": true, "FALSE": false][value.uppercased()]
            if isInside == nil { fail("inclusion is '\(value)', it must be TRUE or FALSE") }
            contour?.isHole = isInside == false
        case "xCoord" where contour != nil: point.x = number()
        case "yCoord" where contour != nil: point.y = number()
        case "edgeMap" where contour != nil:
            guard let x = point.x, let y = point.y else { return fail("a point has no xCoord or no yCoord (edgeMap)") }
            contour?.points.append(SIMD2(x, y))
        case "roi":
            if let contour { nodule?.contours.append(contour) }
            contour = nil
        case "unblindedReadNodule":
            if let nodule, !raters.isEmpty { raters[raters.count - 1].append(nodule) }
            nodule = nil
        default: break
        }
        text = ""
    }
}
