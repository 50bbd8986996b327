"""The catalogue of misbehaviour: each fault makes the one difference that it promises."""
