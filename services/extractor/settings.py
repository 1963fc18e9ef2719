"""Settings of the extractor."""

from typing import ClassVar, Literal

from shared.settings import Settings, setting


class ExtractorSettings(Settings):
    group: ClassVar[str] = "Extraction"
    extraction: Literal["auto", "local", "claude"] = setting(
        "auto",
        "Who reads the layout: local never calls Claude, claude always does, auto when the local reader is unsure.",
    )
    # As the bar from which on a week is validated (`calibration.vouched_from`): what is vouched for is not paid for.
    quality_gate: float = setting(
        0.71, "Chance that the local reading is right below which Claude is asked.", ge=0.0, le=1.0
    )
    extract_processes: int = setting(
        2, "Documents' layouts read at the same time by one service, each in a process of its own.", ge=1, le=16
    )


class ClaudeSettings(Settings):
    group: ClassVar[str] = "Claude"
    anthropic_api_key: str = setting("", "Key of the Claude API; without one only the local reader works.", secret=True)
    anthropic_base_url: str = setting("", "Another address of the Claude API, such as a proxy's; empty for its own.")
    claude_model: str = setting("claude-sonnet-5-5", "Model that reads what the local reader is unsure of.")
    claude_timeout: float = setting(
        90.0, "Longest time for all tries of one document together.", unit="seconds", gt=0, le=600
    )
    claude_max_tokens: int = setting(16_000, "Longest answer.", unit="tokens", ge=256, le=128_000)
    claude_token_budget: int = setting(
        60_000,
        "Tokens, in and out, of all tries for one document; an answer is sent back for repair only within it.",
        unit="tokens",
        ge=0,
        le=1_000_000,
    )
    claude_input_price: float = setting(
        3.0, "Price of a million tokens sent, for the record of costs.", unit="US dollars", ge=0
    )
    claude_output_price: float = setting(
        15.0, "Price of a million tokens answered, for the record of costs.", unit="US dollars", ge=0
    )
