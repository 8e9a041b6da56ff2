import Testing

import Torch

/// Every wrapped operator stands in the pinned libtorch, under its name and overload.
@Test(arguments: Operator.allCases)
func operatorExists(_ op: Operator) throws {
    #expect(throws: Never.self) { try op.verify() }
}

@Test func libraryIsThePinnedOne() throws {
    #expect(try TorchLibrary.open() == TorchLibrary.requiredVersion)
}
