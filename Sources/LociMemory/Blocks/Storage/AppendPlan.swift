// Loci, Apache License 2.0.

/// What is to be written so that members are appended to a stream: all of it is checked before the first write.
struct AppendPlan {
    let members: BlockMembers
    /// The stream: its number, what is known of it before, and whether it begins now.
    var (number, record): (UInt32, StreamRecord)
    var isNew = true
    /// The block that is filled up, and all members that it will have.
    var resumed: (draft: BlockDraft, members: BlockMembers)?
    /// The blocks that begin, with the places of their members.
    var begun: [(draft: BlockDraft, range: Range<Int>)] = []

    init(_ members: BlockMembers, number: UInt32, _ record: StreamRecord) {
        (self.members, self.number, self.record) = (members, number, record)
    }

    /// The numbers of the blocks that the members will be in.
    var blocks: [UInt32] { (resumed.map { [$0.draft.number] } ?? []) + begun.map(\.draft.number) }
}

/// A block that is to be written: checked, so that writing it cannot be refused.
struct BlockDraft {
    let number: UInt32
    let record: BlockRecord
    /// What is there of it before; nil for a new one.
    let old: BlockRecord?
    let landmarks: [[Float]]
}
