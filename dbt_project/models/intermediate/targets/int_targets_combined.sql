{%- set target = 'org_unit_code, org_unit_valid_from, indicator_code, target_set, target_year' -%}
with given as (
    select * from {{ ref('int_targets_given') }}
),

-- What a document sets no form changes. In one period a target counts once: as a unit above gives it, before
-- as the unit gives it to itself. Otherwise a sender could bring down the build with a second copy.
ranked as (
    select
        given.*,
        rank() over (
            partition by {{ target }}
            order by case when submission_id is null then 0 else 1 end asc
        ) as rank_of_kind,
        row_number() over (
            partition by {{ target }}, given_on
            order by
                case when submission_id is null then 0 else 1 end asc,
                case when given_by_code = org_unit_code then 1 else 0 end asc,
                submission_id asc,
                source_sheet asc,
                source_row asc
        ) as rank_of_copy
    from given
),

numbered as (
    select
        ranked.*,
        cast(row_number() over (partition by {{ target }} order by given_on asc nulls first) as bigint)
            as target_version
    from ranked
    where rank_of_kind = 1 and rank_of_copy = 1
),

versions as (
    select
        numbered.*,
        lead(given_in) over (partition by {{ target }} order by target_version asc) as next_given_in,
        count(*) over (partition by {{ target }}) as version_count,
        first_value(target_value) over (partition by {{ target }} order by target_version asc)
            as first_target_value,
        first_value(operator) over (partition by {{ target }} order by target_version asc)
            as first_operator,
        first_value(threshold) over (partition by {{ target }} order by target_version asc)
            as first_threshold,
        first_value(first_year) over (partition by {{ target }} order by target_version asc)
            as first_first_year,
        first_value(qualitative_word) over (partition by {{ target }} order by target_version asc)
            as first_qualitative_word
    from numbered
),

final as (
    select
        org_unit_code,
        org_unit_valid_from,
        org_unit_valid_to,
        indicator_code,
        target_set,
        set_org_unit_code,
        first_year,
        target_year,
        target_version,
        target_version = version_count as is_newest,
        given_on,
        given_in,
        next_given_in,
        given_by_code,
        operator,
        target_value,
        first_target_value,
        {{ differs('target_value', 'first_target_value') }}
        or {{ differs('operator', 'first_operator') }}
        or {{ differs('threshold', 'first_threshold') }}
        or {{ differs('first_year', 'first_first_year') }}
        or {{ differs('qualitative_word', 'first_qualitative_word') }} as is_adjusted,
        is_qualitative,
        qualitative_word,
        threshold,
        denominator,
        source,
        submission_id,
        source_sheet,
        source_row
    from versions
)

select * from final
