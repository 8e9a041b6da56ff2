import Core
import Foundation
import Preprocessing
import Support
import TestSupport
import Testing

/// Files of annotations whose objects would be elsewhere than they say, or of another class.
@Suite struct AnnotationFileTests {
    @discardableResult
    private func read<Value>(_ text: String, _ name: String, _ body: (URL) throws -> Value) throws -> Value {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent(name)
            try Data(text.utf8).write(to: url)
            return try body(url)
        }
    }

    private func markups(_ markup: String) throws -> [AnnotatedObject] {
        try read("{\"markups\": [\(markup)]}", "a.mrk.json") {
            try SlicerMarkups.read($0, classes: ClassNames(["nodule"]), pointDiameter: 3, visibleOnly: false)
        }
    }

    @Test(
        arguments: [
            ("[1,0,0,0,1,0,0,0,1]", nil), ("[0,-1,0,1,0,0,0,0,1]", nil),
            ("[0,0,0,0,0,0,0,0,0]", "is not made of three orthogonal unit vectors"),
            ("[10,0,0,0,10,0,0,0,10]", "is not made of three orthogonal unit vectors"),
            ("[1,0,0,1,0,0,0,0,1]", "is not made of three orthogonal"),
            ("[1,0,0]", "has 3 numbers"), ("[\"nan\",0,0,0,1,0,0,0,1]", "is not made of three orthogonal"),
        ] as [(String, String?)])
    func orientations(orientation: String, message: String?) throws {
        let region = "{\"type\": \"ROI\", \"center\": [1, 2, 3], \"size\": [4, 5, 6], \"orientation\": \(orientation)}"
        guard let message else {
            #expect(try markups(region).count == 1)
            return
        }
        #expect { try markups(region) } throws: { "\($0)".contains("'orientation' \(message)") }
    }

    @Test(arguments: ["null", "[1, 2]", "[1, 2, \"inf\"]"])
    func definedPointsHaveAPosition(position: String) throws {
        func points(_ status: String) -> String {
            "{\"type\": \"Fiducial\", \"controlPoints\": [{\"position\": [1, 2, 3]}, {\"position\": \(position), \"positionStatus\": \"\(status)\"}]}"
        }
        #expect(try markups(points("preview")).count == 1)
        #expect { try markups(points("defined")) } throws: { "\($0)".contains("a.mrk.json, point 2: has no position of three numbers") }
    }

    @Test(arguments: [
        (#"[{"id": 1}, {"id": 1, "file_name": "b"}]"#, #"[{"id": 1}]"#, "'images' has the id 1 twice"),
        (#"[{"id": 1}]"#, #"[{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]"#, "'categories' has the id 1 twice"),
    ])
    func identifiersAreUnique(images: String, categories: String, message: String) throws {
        try read("{\"images\": \(images), \"categories\": \(categories), \"annotations\": []}", "boxes.json") { url in
            let file: BoxAnnotations = try JSONFile.read(from: url)
            #expect { try file.objects(url, .voxel, classes: nil) } throws: { "\($0)".contains("boxes.json: \(message)") }
        }
    }

    @Test(arguments: [
        ("case,x_min,y_min,z_min,x_max,y_max,z_max\na,1,5,2,3,4,5,6\n", "line 2: has 8 cells, the first line has 7"),
        ("case,x_min,y_min,z_min,x_max,y_max,z_max,X_max\na,1,1,1,3,4,5,6\n", "has 2 columns 'x_max'"),
    ])
    func tablesOfBoxes(text: String, message: String) throws {
        try read(text, "boxes.csv") { url in
            #expect { try BoxTable.read(url, .voxel, classes: ClassNames(["nodule"])) } throws: { "\($0)".contains(message) }
        }
    }
}
