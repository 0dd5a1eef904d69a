with targets as (
    select * from {{ ref('int_targets_combined') }}
),

final as (
    select
        org_unit_code,
        indicator_code,
        target_set,
        target_year,
        operator,
        target_value,
        is_qualitative,
        qualitative_word,
        threshold,
        denominator,
        source,
        submission_id,
        source_sheet,
        source_row
    from targets
)

select * from final
