with targets as (
    select * from {{ ref('int_targets_combined') }}
),

final as (
    select
        org_unit_code,
        org_unit_valid_from,
        indicator_code,
        target_set,
        set_org_unit_code,
        first_year,
        target_year,
        target_version,
        is_newest,
        given_on,
        given_in,
        given_by_code,
        operator,
        target_value,
        first_target_value,
        is_adjusted,
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
