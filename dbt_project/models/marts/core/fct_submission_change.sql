with changes as (
    select * from {{ ref('stg_submission_changes') }}
),

final as (
    select
        submission_id,
        previous_submission_id,
        form,
        period,
        row_key,
        change,
        field,
        old_value,
        new_value
    from changes
    -- free text may hold personal data and is not published
    where field is null or field <> 'note'
)

select * from final
