// Loci, Apache License 2.0.

import LociProtocol

/// A part of what commands answer whose replies have names.
indirect enum ReplyValue {
    case text(String)
    case number(Double)
    case integer(Int)
    case truth(Bool)
    case bytes([UInt8])
    case list([ReplyValue])
    /// In the order that is told.
    case map([(name: String, value: ReplyValue)])
}

extension ReplyEncoder {
    mutating func write(_ reply: ReplyValue) {
        switch reply {
        case .text(let text): bulk(text)
        case .number(let number): double(number)
        case .integer(let number): integer(number)
        case .truth(let value): boolean(value)
        case .bytes(let bytes): bulk(bytes)
        case .list(let elements):
            array(elements.count)
            for element in elements { write(element) }
        case .map(let fields):
            map(fields.count)
            for (name, value) in fields {
                bulk(name)
                write(value)
            }
        }
    }
}
