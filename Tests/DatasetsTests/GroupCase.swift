/// Cases with their groups, and the groups of each fold that scikit-learn 1.2 makes of them with NumPy 1.24.
struct GroupCase: Sendable {
    let groups: [String: String]
    let folds: [[String]]

    private init(_ sizes: [(name: Int, count: Int)], _ folds: [[Int]]) {
        groups = Dictionary(
            uniqueKeysWithValues: sizes.flatMap { name, count in
                ["", "B", "C"].prefix(count).map { ("\(name)\($0)", "\(name)") }
            })
        self.folds = folds.map { $0.map(String.init) }
    }

    static let few = GroupCase(
        [(1, 3), (2, 1), (3, 2), (4, 2), (5, 1), (6, 1)], [[1], [4], [3], [2, 6], [5]])

    static let ties = GroupCase(
        (0..<24).map { (100 + $0, ($0 * 7) % 3 == 0 ? 2 : 1) },
        [
            [100, 107, 113, 115, 120], [106, 108, 109, 111, 114], [112, 116, 121, 123], [101, 104, 110, 117, 118],
            [102, 103, 105, 119, 122],
        ])

    static let many = GroupCase(
        (0..<61).map { (1000 + $0, 1 + ($0 * 5) % 3) },
        [
            [1000, 1004, 1007, 1008, 1009, 1013, 1016, 1017, 1023, 1027, 1030, 1045, 1047],
            [1006, 1014, 1015, 1029, 1032, 1033, 1040, 1046, 1048, 1049, 1050, 1055],
            [1001, 1010, 1011, 1012, 1018, 1022, 1034, 1036, 1041, 1051, 1053, 1059],
            [1002, 1003, 1020, 1021, 1037, 1038, 1039, 1043, 1044, 1052, 1054, 1058],
            [1005, 1019, 1024, 1025, 1026, 1028, 1031, 1035, 1042, 1056, 1057, 1060],
        ])
}
