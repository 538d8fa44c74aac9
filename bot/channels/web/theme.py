"""The look of Gradio's own components: colors in pairs that are checked for contrast, fonts of the system."""

from __future__ import annotations

import gradio as gr


def theme() -> gr.themes.Base:
    """The theme, light and dark."""
    # Fonts of the system only: Gradio's default theme would fetch its own from Google.
    held: gr.themes.Base = gr.themes.Base(
        primary_hue="teal",
        neutral_hue="slate",
        font=("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"),
        font_mono=("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"),
        radius_size="md",
    ).set(
        button_primary_background_fill="#0b6360",
        button_primary_background_fill_hover="#084b49",
        button_primary_text_color="#ffffff",
        button_primary_background_fill_dark="#6fd3c8",
        button_primary_background_fill_hover_dark="#97e3da",
        button_primary_text_color_dark="#06231f",
        button_secondary_background_fill="#f3f6f9",
        button_secondary_background_fill_hover="#e0f2f0",
        button_secondary_text_color="#17202b",
        button_secondary_background_fill_dark="#1f2832",
        button_secondary_background_fill_hover_dark="#123734",
        button_secondary_text_color_dark="#e8edf3",
        button_border_width="1px",
        button_secondary_border_color="#d5dbe3",
        button_secondary_border_color_dark="#38434f",
        block_label_text_color="#4a5666",
        block_label_text_color_dark="#aab6c4",
        block_title_text_color="#4a5666",
        block_title_text_color_dark="#aab6c4",
        body_text_color="#17202b",
        body_text_color_dark="#e8edf3",
        body_background_fill_dark="#0f151b",
        input_background_fill="#ffffff",
        input_background_fill_dark="#161d25",
        input_border_color="#7b8794",
        input_border_color_dark="#6b7785",
        input_border_width="1px",
        input_placeholder_color="#5b6777",
        input_placeholder_color_dark="#98a5b4",
    )
    return held
